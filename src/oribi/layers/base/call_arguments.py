"""The arguments of a layer's `call`: which there are, and which of them a caller gave."""

import inspect
from collections.abc import Callable
from typing import Any

from .masks import mask_of

MISSING: Any = object()  # in the place of inputs that are given by name


class CallArguments:
    """What a layer's `call` takes beside its inputs.

    Attributes:
        names: of all its arguments.
        places: where each stands, the inputs at 0.
        masked: the names `x` of which there is an argument `x_mask` too.
    """

    def __init__(self, call: Callable[..., Any]) -> None:
        parameters = list(inspect.signature(call).parameters)[1:]
        self.names = frozenset(parameters)
        self.places = {name: place for place, name in enumerate(parameters)}
        self.masked = tuple(name for name in parameters if f"{name}_mask" in self.names)

    def first(self, who: str, kwargs: dict[str, Any]) -> Any:
        """Take the inputs, which were given by name, out of the arguments.

        Raises:
            TypeError: they are not among them.
        """
        names = list(self.places)
        if not names or names[0] not in kwargs:
            raise TypeError(
                f"{who}: nothing to call it on; give {names[0] if names else 'inputs'!r}, got {sorted(kwargs)}"
            )
        return kwargs.pop(names[0])

    def given(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What a caller gave for an argument, by place or by name; None where nothing.

        Args:
            args, kwargs: of the call, without the inputs.
        """
        place = self.places.get(name, 0)
        return args[place - 1] if 0 < place <= len(args) else kwargs.get(name)

    def fill_masks(self, inputs: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Give `mask`, or `x_mask` for an argument `x`, that the caller left out the mask of its tensor.

        Returns:
            The mask of the inputs, the caller's where there is one.
        """
        mask = mask_of(inputs)
        if "mask" in self.names:
            own = self.given("mask", args, kwargs)
            if own is not None:
                return own
            if mask is not None and self.places["mask"] > len(args):
                kwargs["mask"] = mask
        elif kwargs.get("mask", self) is None:
            del kwargs["mask"]
        for name in self.masked:
            self._fill(name, mask if self.places[name] == 0 else mask_of(self.given(name, args, kwargs)), args, kwargs)
        return mask

    def _fill(self, name: str, mask: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        of = f"{name}_mask"
        if mask is not None and self.places[of] > len(args) and kwargs.get(of) is None:
            kwargs[of] = mask
