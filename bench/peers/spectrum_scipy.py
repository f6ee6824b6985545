"""All eigenvalues of a stored matrix by LAPACK through SciPy. Usage: spectrum_scipy.py FILE DATASET; prints JSON."""

import json
import sys

import h5py
import scipy.linalg


def main(path: str, dataset: str) -> None:
    with h5py.File(path) as file:
        matrix = file[dataset][:]
    values = scipy.linalg.eigvals(matrix, overwrite_a=True, check_finite=False)
    print(json.dumps({"greatest": float(values.real.max()), "least": float(values.real.min())}))


if __name__ == "__main__":
    main(*sys.argv[1:])
