"""Where a value lives at a peer: an MQTT topic, Modbus registers, an OPC UA node."""

from __future__ import annotations

import math
import struct
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

NumberType = Literal["int16", "uint16", "int32", "uint32", "float32"]
FORMATS: dict[NumberType, str] = {"int16": ">h", "uint16": ">H", "int32": ">i", "uint32": ">I", "float32": ">f"}
REGISTER_BYTES = 2


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class TopicAt(Strict):
    """A topic whose payload is a plain number, or JSON with a number at ``path`` (keys and positions, by dots)."""

    topic: str = Field(min_length=1, max_length=500, pattern=r"^[^#+\x00]+$", description="without wildcards")
    path: str | None = Field(None, pattern=r"^[^.\s]+(\.[^.\s]+)*$", examples=["power.0.value"])
    unit_path: str | None = Field(None, pattern=r"^[^.\s]+(\.[^.\s]+)*$", description="where the payload says its unit")

    def nearest(self, value: float, low: float, high: float) -> float | None:
        """The number in [low, high] nearest to ``value`` that a payload can hold."""
        return min(max(value, low), high)


class RegistersAt(Strict):
    """One or two registers, 16 bits each, high byte first; ``words`` says which register comes first."""

    address: int = Field(ge=0, le=65535, description="as it is sent, from 0 (40001 of many lists is holding 0)")
    table: Literal["holding", "input"] = "holding"
    type: NumberType = "uint16"
    words: Literal["high_first", "low_first"] = "high_first"
    unit_id: int = Field(1, ge=0, le=247)

    @property
    def count(self) -> int:
        """Registers that the number takes."""
        return struct.calcsize(FORMATS[self.type]) // REGISTER_BYTES

    @property
    def is_whole(self) -> bool:
        return self.type != "float32"

    def decoded(self, registers: list[int]) -> float:
        """The number in the registers; raises ValueError for another count than asked or no 16-bit values."""
        if len(registers) != self.count:
            raise ValueError(f"{len(registers)} registers instead of {self.count}")
        ordered = registers if self.words == "high_first" else registers[::-1]
        try:
            return float(struct.unpack(FORMATS[self.type], struct.pack(f">{self.count}H", *ordered))[0])
        except struct.error as error:
            raise ValueError(str(error)) from error

    def encoded(self, value: float) -> list[int]:
        """The registers of a number; raises ValueError for one that does not fit."""
        try:
            packed = struct.pack(FORMATS[self.type], round(value) if self.is_whole else value)
        except (struct.error, OverflowError) as error:
            raise ValueError(f"{value:g} does not fit into {self.type}: {error}") from error
        registers = list(struct.unpack(f">{self.count}H", packed))
        return registers if self.words == "high_first" else registers[::-1]

    def nearest(self, value: float, low: float, high: float) -> float | None:
        """The number in [low, high] nearest to ``value`` that the registers can hold; None where there is none."""
        inside = min(max(value, low), high)
        if not self.is_whole:
            return inside
        whole = [math.floor(inside), math.ceil(inside)]
        return min((float(w) for w in whole if low <= w <= high), key=lambda w: abs(w - value), default=None)


class NodeAt(Strict):
    """A variable of an OPC UA server."""

    node: str = Field(min_length=3, examples=["ns=2;s=battery.soc"])
    subscribe: bool = Field(False, description="changes are told at once; the node is read at its period as well")

    def nearest(self, value: float, low: float, high: float) -> float | None:
        """The number in [low, high] nearest to ``value``; the server's type is only known when it is written."""
        return min(max(value, low), high)


def _kind(given: Any) -> str:
    has = set(given) if isinstance(given, dict) else set(type(given).model_fields)
    return "mqtt" if "topic" in has else "opcua" if "node" in has else "modbus"


At = Annotated[
    Annotated[TopicAt, Tag("mqtt")] | Annotated[RegistersAt, Tag("modbus")] | Annotated[NodeAt, Tag("opcua")],
    Discriminator(_kind),
]
KIND_OF = {TopicAt: "mqtt", RegistersAt: "modbus", NodeAt: "opcua"}


class Scaled(Strict):
    """A place and how its number becomes an amount: ``amount = number * scale + offset``, in ``unit``."""

    at: At
    scale: float = 1.0
    offset: float = 0.0

    @model_validator(mode="after")
    def _invertible(self) -> Self:
        if self.scale == 0:
            raise ValueError("scale is 0: no number would mean anything")
        return self

    def amount(self, number: float) -> float:
        return number * self.scale + self.offset

    def number(self, amount: float) -> float:
        return (amount - self.offset) / self.scale
