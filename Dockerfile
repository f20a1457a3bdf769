# decensor in a container: pictures in through one volume, results out through another, weights inside.
#
#   docker build -t decensor .
#   docker run --rm -v "$PWD/painted:/input:ro" -v "$PWD/results:/output" decensor
#   docker run --rm -i decensor - < painted.png > result.png
#
# Anything after the image's name is handed to decensor.py, for example --is_mosaic with
# -v "$PWD/unpainted:/original:ro". Give --user "$(id -u):$(id -g)" if the results are to be your own.
FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1

WORKDIR /decensor

COPY requirements.txt ./
RUN pip install --no-cache-dir --requirement requirements.txt

COPY LICENSE README.md decensor.py model.py ./
COPY libs ./libs
COPY models ./models

# The volumes are the program's own folders: it needs no options to find them.
RUN useradd --no-create-home --uid 1000 decensor && \
    mkdir /input /original /output && \
    chown decensor /output && \
    ln -s /input decensor_input && \
    ln -s /original decensor_input_original && \
    ln -s /output decensor_output
USER 1000

VOLUME ["/input", "/original", "/output"]

ENTRYPOINT ["python", "decensor.py"]
