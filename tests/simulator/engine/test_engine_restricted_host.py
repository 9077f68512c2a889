"""A restricted host with a real engine in front of the world: the same file, the same answers as from the built-in PowerShell."""

from __future__ import annotations

from tests.simulator.test_restricted_host import (  # noqa: F401  (collected here, with this folder's `engine`)
    file,
    host,
    test_a_command_may_not_ask_for_the_sessions_own_scope,
    test_a_role_file_without_a_session_type_is_restricted,
    test_a_session_has_the_eight_functions_of_its_own,
    test_another_configuration_is_not_there,
    test_no_script_runs_there,
    test_null_is_the_empty_text_for_a_limited_command,
    test_only_what_is_visible_is_there,
    test_tables_of_one_command_are_one_and_a_plain_name_brings_their_module,
)
