"""SONATA spikes to NWB with bmtk's own exporter. Usage: nwb_bmtk.py SPIKES.h5 OUT.nwb"""

import sys

from bmtk.utils.reports.spike_trains import SpikeTrains

if __name__ == "__main__":
    SpikeTrains.from_sonata(sys.argv[1]).to_nwb(sys.argv[2], mode="w")
