"""Reads and writes every dataset of an HDF5 file in large blocks. Usage: copy_h5py.py IN.h5 OUT.h5"""

import sys

import h5py

BLOCK = 1 << 24

if __name__ == "__main__":
    with h5py.File(sys.argv[1]) as source, h5py.File(sys.argv[2], "w") as target:

        def copy(name, item):
            if not isinstance(item, h5py.Dataset):
                return
            made = target.create_dataset(name, item.shape, item.dtype)
            if item.shape == ():
                made[()] = item[()]
                return
            for first in range(0, item.shape[0], BLOCK):
                made[first : first + BLOCK] = item[first : first + BLOCK]

        source.visititems(copy)
