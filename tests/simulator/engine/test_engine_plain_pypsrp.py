"""The plain pypsrp script with a real engine in front of the world: the same answers as from the built-in PowerShell."""

from __future__ import annotations

from tests.simulator.test_plain_pypsrp import (  # noqa: F401  (collected here, with this folder's `engine`)
    host,
    test_a_served_world_announces_itself_and_ends_on_a_signal_with_its_state_saved,
    test_a_switch_and_a_vm_are_made_and_read_back_with_their_types,
    test_a_vm_is_chosen_by_id_and_changed_through_the_pipe,
    test_clients_at_once_get_what_each_asked_for,
    test_hostile_text_is_stored_and_read_back_equal,
    test_mistakes_come_back_as_error_records,
    test_state_is_carried_from_one_start_to_the_next,
    test_the_constant_script_sets_a_boot_order,
)
