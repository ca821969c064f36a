"""The command that examines an index: ``doctor``."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from index.errors import GeungeoError
from rag.commands.places import index_dir
from rag.progress import ProgressBars

STATUSES = {"ok": "정상", "note": "참고", "problem": "문제"}
"""What ``doctor`` says of each check."""


def doctor(options: argparse.Namespace) -> int:
    """Tells whether an index is sound."""
    from index.doctor import examine

    if options.store:
        raise GeungeoError("doctor는 폴더의 색인만 살핍니다. --index로 폴더를 지정하세요.")
    folder = index_dir(options)
    findings = []
    with ProgressBars() as bars:
        for finding in examine(folder, bars):
            findings.append(finding)
            if not options.json:
                print(f"{STATUSES[finding.status]}  {finding.check}: {finding.detail}", flush=True)
    wrong = sum(finding.status == "problem" for finding in findings)
    if options.json:
        listed = [asdict(finding) for finding in findings]
        printed = {"index": str(folder), "sound": not wrong, "findings": listed}
        print(json.dumps(printed, ensure_ascii=False, indent=2))
    else:
        print(f"문제를 {wrong}가지 찾았습니다." if wrong else "색인이 온전합니다.")
    return 1 if wrong else 0
