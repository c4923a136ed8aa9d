"""Links on which others in the network can read or change what is sent: told before anything is connected."""

from __future__ import annotations

from collections.abc import Iterator

from api.field.config import FieldFile
from api.field.parts import Modbus, Mqtt, Opcua
from api.field.security import Login
from forecasting.notes import Note

PROTOCOL = {"mqtt": "MQTT", "modbus": "Modbus TCP", "opcua": "OPC UA"}
REMEDY = {
    "mqtt": Note("请设置 tls", "set tls"),
    "modbus": Note("该协议没有加密, 请放在单独的网段", "it has no encryption: keep it on a network segment of its own"),
    "opcua": Note("请设置 security", "set security"),
}


def unprotected(config: FieldFile, writes: bool) -> list[Note]:
    """Warnings about setpoints (where they are written) and passwords that go in the clear."""
    return list(_setpoints(config) if writes else ()) + list(_passwords(config))


def _setpoints(config: FieldFile) -> Iterator[Note]:
    for name in dict.fromkeys(s.connection for s in config.setpoints.values()):
        kind = config.connections[name].kind
        if not _protected(config.connections[name]):
            yield Note(
                f"警告: 连接 {name} 的设定值经未加密的 {PROTOCOL[kind]} 写入, 他人可以篡改; {REMEDY[kind].zh}。",
                f"warning: setpoints of the connection {name} go over {PROTOCOL[kind]} in the clear, and others in the "
                f"network can change them: {REMEDY[kind].en}",
            )


def _passwords(config: FieldFile) -> Iterator[Note]:
    for name, peer in config.connections.items():
        if isinstance(peer, Login) and peer.username is not None and not _protected(peer):
            yield Note(
                f"警告: 连接 {name} 的用户名和密码可能以明文发送; {REMEDY[peer.kind].zh}。",
                f"warning: the user name and password of the connection {name} may go in the clear: "
                f"{REMEDY[peer.kind].en}",
            )


def _protected(peer: Mqtt | Modbus | Opcua) -> bool:
    """Whether nobody on the way can change what is sent; OPC UA in mode Sign can be read, not changed."""
    if isinstance(peer, Opcua):
        return peer.security is not None
    return isinstance(peer, Mqtt) and peer.tls is not None
