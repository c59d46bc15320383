"""Matches texts to themes with scikit-learn, in its own environment: TF-IDF of words, cosine, the three best of each.

Reads the path of a JSON file with `themes` and `texts`; prints the CPU seconds of the fastest of three rounds as JSON.
"""

import json
import sys
import time
from pathlib import Path

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import cosine_similarity

given = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
rounds = []
for _ in range(3):
    began = time.process_time()
    weights = TfidfVectorizer(sublinear_tf=True)
    rows = weights.fit_transform(given["themes"] + given["texts"])
    count = len(given["themes"])
    best = []
    for start in range(count, rows.shape[0], 4096):
        likeness = cosine_similarity(rows[start : start + 4096], rows[:count])
        best.append(likeness.argpartition(-3, axis=1)[:, -3:])
    rounds.append(time.process_time() - began)
print(json.dumps({"seconds": min(rounds)}))
