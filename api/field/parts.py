"""Parts of `field.yaml`: peers, points that are read, setpoints that may be written, watchdogs, the service."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from api.contract.series import SeriesName, Unit
from api.field.addresses import At, RegistersAt, Scaled, Strict, TopicAt
from api.field.security import EnvironmentName, Login, OpcuaSecurity, Tls
from api.field.units import factor
from ems.site import Name

Seconds = Annotated[float, Field(gt=0, le=86_400)]
Host = Annotated[str, Field(min_length=1, max_length=255)]
Port = Annotated[int, Field(ge=1, le=65535)]


def _tls(given: object) -> object:
    """True and false are short for TLS with nothing set, and for none."""
    if isinstance(given, bool):
        return {} if given else None
    return given


class Mqtt(Login):
    kind: Literal["mqtt"]
    host: Host
    port: Port = 1883
    tls: Annotated[Tls | None, BeforeValidator(_tls)] = Field(None, description="true: system's authorities")
    version: Literal["3.1.1", "5"] = Field("5", description="5 lets the broker keep payloads that are too long")
    keepalive_s: int = Field(15, ge=5, le=30, description="a broker that is silent is given up after 1.5 of them")


class Modbus(Strict):
    kind: Literal["modbus"]
    host: Host
    port: Port = 502
    timeout_s: float = Field(3.0, gt=0, le=10)


class Opcua(Login):
    kind: Literal["opcua"]
    url: str = Field(pattern=r"^opc\.tcp://[^@\s]+$", description="without a name or password in it")
    timeout_s: float = Field(4.0, gt=0, le=10)
    security: OpcuaSecurity | None = Field(None, description="none: neither signed nor encrypted")


Peer = Annotated[Mqtt | Modbus | Opcua, Field(discriminator="kind")]


class Point(Scaled):
    """One measurement."""

    connection: Name
    unit: Unit = Field(description="of the series, and of range")
    sent_in: Unit | None = Field(None, description="unit in which the peer sends, after scale (default: unit)")
    range: tuple[float, float] = Field(description="values outside are bad")
    period_s: Seconds = Field(5.0, description="how often it is read; MQTT sends by itself")
    stale_s: Seconds = Field(description="without a good value for so long it is stale")
    series: SeriesName | None = Field(None, description="where it is kept; none: only watched")
    aggregate: Literal["mean", "last"] = Field("mean", description="of an interval: rates are means, stocks last")

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.range[0] >= self.range[1]:
            raise ValueError("range: the lower bound comes first")
        if not isinstance(self.at, TopicAt) and self.stale_s < 2 * self.period_s:
            raise ValueError("stale_s must be at least two periods: one reading that is late is no failure")
        factor(self.sent_in or self.unit, self.unit)
        return self


class Setpoint(Scaled):
    """One value that the field shall follow: a sum of series of the plan, between limits."""

    connection: Name
    component: Name
    quantities: dict[str, Literal[-1, 1]] = Field(min_length=1, description="series of the component -> its sign")
    clamp: tuple[float, float] = Field(description="never beyond, whatever the plan says")
    ramp_per_min: float = Field(gt=0, description="fastest change")
    tolerance: float = Field(gt=0, description="how far the value read back may be from the one written")
    requires: tuple[Name, ...] = Field(min_length=1, description="points that must be good")
    read_back: Scaled | None = Field(None, description="where the field says what it follows (default: at)")
    period_s: float = Field(10.0, ge=0.1, le=900)
    confirm_s: float = Field(5.0, gt=0, le=60, description="within which the field must say it")
    retry_s: float = Field(60.0, gt=0, le=3600, description="rest after a value was not confirmed")

    @property
    def told(self) -> Scaled:
        """Where the value is read back."""
        return self.read_back or self

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.clamp[0] > self.clamp[1]:
            raise ValueError("clamp: the lower bound comes first")
        if isinstance(self.at, TopicAt) and (self.read_back is None or self.read_back.at == self.at):
            raise ValueError(
                "read_back: the topic on which the device says what it follows; its own echo proves nothing"
            )
        step = self.ramp_per_min * self.period_s / 60
        if self.tolerance >= step:
            raise ValueError(f"tolerance must be below what ramp_per_min allows in period_s, {step:g}")
        for place in (self, self.told):
            if isinstance(place.at, RegistersAt) and place.at.is_whole:
                if step < abs(place.scale):
                    raise ValueError(f"ramp_per_min allows less in period_s than the register tells, {place.scale:g}")
                if self.tolerance < abs(place.scale) / 2:
                    raise ValueError(f"tolerance is below half of what the register tells, {place.scale:g}")
        if isinstance(self.at, RegistersAt) and self.at.table != "holding":
            raise ValueError("at: input registers cannot be written")
        return self


class Watchdog(Strict):
    """A number that counts on while setpoints are in force, so that the field falls back by itself when it stops.

    It counts 1 … 30000 and starts again; 0 says that we have gone.
    """

    at: At
    period_s: float = Field(5.0, ge=0.1, le=60)

    @model_validator(mode="after")
    def _writable(self) -> Self:
        if isinstance(self.at, RegistersAt) and (self.at.table != "holding" or self.at.type == "float32"):
            raise ValueError("at: a holding register with a whole number")
        return self


class Service(Strict):
    url: str = Field(pattern=r"^https?://[^@\s]+$")
    token_env: EnvironmentName = Field("EMS_TOKEN", description="environment variable that holds the token")
    poll_s: float = Field(30.0, ge=0.1, le=300, description="how often the plan in force is asked for")
    unseen_s: Seconds = Field(300.0, description="a plan that could not be confirmed for so long is out of date")
    plan_max_age_h: float = Field(36.0, gt=0, le=24 * 7, description="an older plan is out of date")
