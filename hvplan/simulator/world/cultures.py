"""Names that Hyper-V gives by itself, in the language of the host.

Only their being localised is a fact (behaviour 6, 8); the wording outside English is assumed.
"""

from __future__ import annotations

from typing import Literal

Word = Literal["adapter", "legacyAdapter", "disk", "dvd", "floppy", "ide", "scsi", "processor", "memory", "switchAdapter"]

_WORDS: dict[str, dict[Word, str]] = {
    "en-US": {
        "adapter": "Network Adapter", "legacyAdapter": "Legacy Network Adapter", "disk": "Hard Drive", "dvd": "DVD Drive", "floppy": "Diskette Drive",
        "ide": "IDE Controller", "scsi": "SCSI Controller", "processor": "Processor", "memory": "Memory", "switchAdapter": "Virtual Ethernet Adapter",
    },
    "de-DE": {
        "adapter": "Netzwerkkarte", "legacyAdapter": "Ältere Netzwerkkarte", "disk": "Festplatte", "dvd": "DVD-Laufwerk", "floppy": "Diskettenlaufwerk",
        "ide": "IDE-Controller", "scsi": "SCSI-Controller", "processor": "Prozessor", "memory": "Arbeitsspeicher",
        "switchAdapter": "Virtueller Ethernet-Adapter",
    },
    "fr-FR": {
        "adapter": "Carte réseau", "legacyAdapter": "Carte réseau héritée", "disk": "Disque dur", "dvd": "Lecteur de DVD", "floppy": "Lecteur de disquettes",
        "ide": "Contrôleur IDE", "scsi": "Contrôleur SCSI", "processor": "Processeur", "memory": "Mémoire", "switchAdapter": "Carte Ethernet virtuelle",
    },
    "ja-JP": {
        "adapter": "ネットワーク アダプター", "legacyAdapter": "レガシ ネットワーク アダプター", "disk": "ハード ドライブ", "dvd": "DVD ドライブ",
        "floppy": "ディスケット ドライブ", "ide": "IDE コントローラー", "scsi": "SCSI コントローラー", "processor": "プロセッサ", "memory": "メモリ",
        "switchAdapter": "仮想イーサネット アダプター",
    },
}  # fmt: skip

SERVICES: dict[str, str] = {
    "guestServiceInterface": "6C09BB55-D683-4DA0-8931-C9BF705F6480",
    "heartbeat": "84EAAE65-2F2E-45F5-9BB5-0E857DC8EB47",
    "keyValuePairExchange": "2A34B1C2-FD73-4043-8A5B-DD2159BC743F",
    "shutdown": "9F8233AC-BE49-4C79-8EE3-E7E1985B2077",
    "timeSynchronization": "2497F4DE-E9FA-4204-80E4-4B75C46419C0",
    "vss": "5CED1297-4598-4915-A5FC-AD21BB4D02A4",
}
"""Integration services by the word of the world file, with the suffix of their ids, which has no language."""

_SERVICE_NAMES: dict[str, tuple[str, ...]] = {
    "en-US": ("Guest Service Interface", "Heartbeat", "Key-Value Pair Exchange", "Shutdown", "Time Synchronization", "VSS"),
    "de-DE": ("Gastdienstschnittstelle", "Takt", "Austausch von Schlüssel-Wert-Paaren", "Herunterfahren", "Zeitsynchronisierung", "VSS"),
    "fr-FR": ("Interface de services d’invité", "Pulsation", "Échange de paires clé-valeur", "Arrêt", "Synchronisation date/heure", "VSS"),
    "ja-JP": ("ゲスト サービス インターフェイス", "ハートビート", "キー値ペア交換", "シャットダウン", "時刻の同期", "VSS"),
}

CULTURES = tuple(_WORDS)
_STATUS = {"en-US": "Operating normally", "de-DE": "Normaler Betrieb", "fr-FR": "Fonctionnement normal", "ja-JP": "正常に動作中"}
_MERGING = {"en-US": "Merging disks", "de-DE": "Datenträger werden zusammengeführt", "fr-FR": "Fusion des disques", "ja-JP": "ディスクの結合中"}


def word(culture: str, key: Word) -> str:
    """What Hyper-V calls a device of that kind on a host of that culture."""
    return _WORDS[culture][key]


def service_name(culture: str, key: str) -> str:
    """The name of an integration service."""
    return _SERVICE_NAMES[culture][tuple(SERVICES).index(key)]


def status_text(culture: str, merging: bool = False) -> str:
    """`VirtualMachine.Status`: text for people, never to be compared."""
    return (_MERGING if merging else _STATUS)[culture]
