"""Checks the chart docmgr without a cluster: check.py CLI HELM4 HELM3. Prints a line a check; 1 if one fails."""

import sys
import traceback

from checks import configuration, objects, routes, values  # noqa: F401 -- each adds its checks
from checks.chart import CHECKS

failed = 0
for sentence, function in CHECKS:
    try:
        detail = function()
        print(f'ok    {sentence}' + (f' ({detail})' if detail else ''), flush=True)
    except Exception as error:  # a check that breaks has found something, too
        failed += 1
        where = traceback.extract_tb(error.__traceback__)[-1]
        print(f'FAIL  {sentence}: {error} (line {where.lineno}: {where.line})', flush=True)
sys.exit(1 if failed else 0)
