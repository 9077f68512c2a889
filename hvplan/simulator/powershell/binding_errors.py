"""Why an invocation does not bind: one exception type that carries what the ErrorRecord needs."""

from __future__ import annotations

from collections.abc import Iterable

BINDING = "System.Management.Automation.ParameterBindingException"
VALIDATION = "System.Management.Automation.ParameterBindingValidationException"


class BindingError(Exception):
    """One binding failure.

    `id` is without the class (`NamedParameterNotFound`), `category` an ErrorCategory name, `exception` the full type
    name. `parameter` is the parameter it is about, None if none. On the command line it ends the statement; from
    `Binding.with_input` it is a non-terminating error whose target is that object.
    """

    def __init__(self, id: str, message: str, *, category: str = "InvalidArgument", exception: str = BINDING, parameter: str | None = None) -> None:
        super().__init__(message)
        self.id = id
        self.message = message
        self.category = category
        self.exception = exception
        self.parameter = parameter

    @property
    def is_validation(self) -> bool:
        """Whether a validation attribute refused the value: such a failure is never passed over in silence."""
        return self.exception == VALIDATION


def unknown(name: str) -> BindingError:
    """A named argument that no parameter, alias or beginning of one fits."""
    return BindingError("NamedParameterNotFound", f"A parameter cannot be found that matches parameter name '{name}'.", parameter=name)


def ambiguous(name: str, candidates: Iterable[str]) -> BindingError:
    """A beginning that several parameters share."""
    listed = " ".join(f"-{candidate}" for candidate in candidates)
    message = f"Parameter cannot be processed because the parameter name '{name}' is ambiguous. Possible matches include: {listed}."
    return BindingError("AmbiguousParameter", message, parameter=name)


def twice(name: str) -> BindingError:
    """The same parameter given more than once, be it by name and alias."""
    message = (
        f"Cannot bind parameter because parameter '{name}' is specified more than once. To provide multiple values to parameters that can accept "
        'multiple values, use the array syntax. For example, "-parameter value1,value2,value3".'
    )
    return BindingError("ParameterAlreadyBound", message, parameter=name)


def no_argument(name: str, type: str) -> BindingError:
    """A bare name of a parameter that needs a value."""
    message = f"Missing an argument for parameter '{name}'. Specify a parameter of type '{type}' and try again."
    return BindingError("MissingArgument", message, parameter=name)


def no_position(text: str) -> BindingError:
    """A positional argument that no parameter takes."""
    return BindingError("PositionalParameterNotFound", f"A positional parameter cannot be found that accepts argument '{text}'.", parameter=text)


def no_set() -> BindingError:
    """No set, or more than one, is left."""
    return BindingError(
        "AmbiguousParameterSet",
        "Parameter set cannot be resolved using the specified named parameters. One or more parameters issued cannot be used together or an "
        "insufficient number of parameters were provided.",
    )


def missing(names: Iterable[str]) -> BindingError:
    """Mandatory parameters without a value; nobody can be asked over the wire."""
    listed = " ".join(names)
    return BindingError("MissingMandatoryParameter", f"Cannot process command because of one or more missing mandatory parameters: {listed}.")


def not_bound() -> BindingError:
    """An object of the pipe that no parameter takes."""
    return BindingError(
        "InputObjectNotBound",
        "The input object cannot be bound to any parameters for the command either because the command does not take pipeline input or the input "
        "and its properties do not match any of the parameters that take pipeline input.",
    )


def object_lacks(names: Iterable[str]) -> BindingError:
    """An object of the pipe that leaves mandatory parameters without a value."""
    listed = " ".join(names)
    return BindingError(
        "InputObjectMissingMandatory",
        f"The input object cannot be bound because it did not contain the information required to bind all mandatory parameters:  {listed}",
    )


def not_supported(name: str, text: str) -> BindingError:
    """A value whose kind the parameter refuses before any conversion: a list for a single value, text for a boolean."""
    message = f'Cannot bind parameter \'{name}\'. Cannot convert value "{text}" to the parameter\'s type. Error: "Specified method is not supported."'
    return BindingError("CannotConvertArgument", message, parameter=name)


def not_converted(name: str, why: str) -> BindingError:
    """A value that does not convert to the parameter's type."""
    return BindingError("CannotConvertArgumentNoMessage", f"Cannot bind parameter '{name}'. {why}", parameter=name)


def refused(name: str, why: str) -> BindingError:
    """A value that a validation attribute refuses."""
    message = f"Cannot validate argument on parameter '{name}'. {why}"
    return BindingError("ParameterArgumentValidationError", message, category="InvalidData", exception=VALIDATION, parameter=name)


def empty(name: str, kind: str) -> BindingError:
    """Nothing for a mandatory parameter; `kind` is `Null`, `EmptyString` or `EmptyArray`."""
    what = {"Null": "it is null", "EmptyString": "it is an empty string", "EmptyArray": "it is an empty array"}[kind]
    message = f"Cannot bind argument to parameter '{name}' because {what}."
    return BindingError(f"ParameterArgumentValidationError{kind}NotAllowed", message, category="InvalidData", exception=VALIDATION, parameter=name)


def null_boolean(name: str) -> BindingError:
    """Null for a boolean parameter."""
    return BindingError("ParameterArgumentValidationErrorNullNotAllowed", f"Cannot bind argument to parameter '{name}' because it is null.", parameter=name)


def not_set(name: str, type: str) -> BindingError:
    """Null for a parameter whose type cannot hold it: it passes conversion and fails in the setter."""
    message = f'Cannot bind parameter \'{name}\' to the target. Exception setting "{name}": "Cannot convert null to type "{type}"."'
    return BindingError("ParameterBindingFailed", message, category="WriteError", parameter=name)


def suspended(name: str) -> BindingError:
    """`Suspend` for a preference: it converts, and fails in the setter, because only workflows had it."""
    message = (
        f'Cannot bind parameter \'{name}\' to the target. Exception setting "{name}": "The value Suspend is not supported for an ActionPreference variable."'
    )
    return BindingError("ParameterBindingFailed", message, category="WriteError", parameter=name)
