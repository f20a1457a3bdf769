"""Run by both standalone programs before anything else: what other programs set up for Keras must not reach them."""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
# Else ~/.keras/keras.json is read, which may order another engine or another order of channels.
os.environ["KERAS_HOME"] = os.path.join(sys._MEIPASS, "keras_home")
