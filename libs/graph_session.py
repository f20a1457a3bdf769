"""A graph of TensorFlow, run by TensorFlow's C library alone: to import its Python modules takes seconds.

The functions are those of tensorflow/c/c_api.h, tf_tensor.h, tf_status.h and tf_buffer.h, which stay as they are from
version to version.
"""

import ctypes
import functools
import importlib.util
import sys
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

# Where a system's package holds the library.
LIBRARIES = {
    "linux": "libtensorflow_cc.so.2",
    "darwin": "libtensorflow_cc.2.dylib",
    "win32": "python/_pywrap_tensorflow_common.dll",
}
TYPES = {"float32": 1, "int32": 3}  # TF_FLOAT, TF_INT32
BFLOAT16 = 14  # TF_BFLOAT16, which numpy does not know
RESOURCE_EXHAUSTED = 8
HANDLE, NUMBER, SIZE = ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t


class UnusableError(Exception):
    """The C library is not there, or cannot do what is asked of it, in a sentence for the log."""


class Port(ctypes.Structure):
    """TF_Output: an operation's first output, or its number `index`."""

    _fields_ = (("operation", HANDLE), ("index", NUMBER))


PORTS, HANDLES, SIZES = (ctypes.POINTER(kind) for kind in (Port, HANDLE, ctypes.c_int64))
# Name -> what comes back, what is given.
FUNCTIONS = {
    "TF_NewStatus": (HANDLE,),
    "TF_DeleteStatus": (None, HANDLE),
    "TF_GetCode": (NUMBER, HANDLE),
    "TF_Message": (ctypes.c_char_p, HANDLE),
    "TF_NewBufferFromString": (HANDLE, ctypes.c_char_p, SIZE),
    "TF_DeleteBuffer": (None, HANDLE),
    "TF_NewGraph": (HANDLE,),
    "TF_DeleteGraph": (None, HANDLE),
    "TF_NewImportGraphDefOptions": (HANDLE,),
    "TF_DeleteImportGraphDefOptions": (None, HANDLE),
    "TF_GraphImportGraphDef": (None, HANDLE, HANDLE, HANDLE, HANDLE),
    "TF_GraphOperationByName": (HANDLE, HANDLE, ctypes.c_char_p),
    "TF_OperationOutputType": (NUMBER, Port),
    "TF_NewSessionOptions": (HANDLE,),
    "TF_DeleteSessionOptions": (None, HANDLE),
    "TF_NewSession": (HANDLE, HANDLE, HANDLE, HANDLE),
    "TF_DeleteSession": (None, HANDLE, HANDLE),
    "TF_SessionRun": (
        *(None, HANDLE, HANDLE, PORTS, HANDLES, NUMBER, PORTS, HANDLES, NUMBER),
        *(HANDLES, NUMBER, HANDLE, HANDLE),
    ),
    "TF_AllocateTensor": (HANDLE, NUMBER, SIZES, NUMBER, SIZE),
    "TF_DeleteTensor": (None, HANDLE),
    "TF_TensorData": (HANDLE, HANDLE),
    "TF_NumDims": (NUMBER, HANDLE),
    "TF_Dim": (ctypes.c_int64, HANDLE, NUMBER),
}


@functools.cache
def open_library() -> ctypes.CDLL:
    """TensorFlow's C library, its functions declared; UnusableError if there is none."""
    package = importlib.util.find_spec("tensorflow")
    if package is None or package.origin is None:
        raise UnusableError("there is no package tensorflow")
    if sys.platform not in LIBRARIES:
        raise UnusableError(f"where {sys.platform} has TensorFlow's library is not known")
    try:
        library = ctypes.CDLL(str(Path(package.origin).parent / LIBRARIES[sys.platform]))
        for name, (given_back, *given) in FUNCTIONS.items():
            function = getattr(library, name)
            function.restype, function.argtypes = given_back, given
    except (OSError, AttributeError) as error:
        raise UnusableError(str(error)) from error
    return library


class Session:
    """A graph that can be run; what it holds is given with every run."""

    def __init__(self, graph: bytes, held: Mapping[str, np.ndarray], output: str):
        """graph: a serialized GraphDef; held: float32 for names of its placeholders; output: what is computed.

        UnusableError if the library cannot make it.
        """
        self._library = library = open_library()
        self._graph = library.TF_NewGraph()
        try:
            self._import_graph(graph)
            self._session = self._start()
        except RuntimeError as error:
            raise UnusableError(str(error)) from error
        self._output = self._find(output)
        self._held = dict(self._hold(name, array) for name, array in held.items())
        weakref.finalize(self, _free, library, self._session, self._graph, list(self._held.values())).atexit = False

    def run(self, given: Mapping[str, np.ndarray]) -> np.ndarray:
        """What the graph computes, float32, with these arrays, float32 or int32, for the rest of its placeholders.

        MemoryError if memory does not suffice.
        """
        library, own = self._library, {}
        result = HANDLE()
        try:
            for name, array in given.items():
                own[self._find(name)] = self._make_tensor(array)
            fed = {**self._held, **own}
            ports = (Port * len(fed))(*(Port(operation, 0) for operation in fed))
            tensors = (HANDLE * len(fed))(*fed.values())
            feeds, fetches = (ports, tensors, len(fed)), (Port(self._output, 0), result, 1)
            with _checked(library) as status:
                library.TF_SessionRun(self._session, None, *feeds, *fetches, None, 0, None, status)
            return self._read_tensor(result)
        finally:
            for tensor in (*own.values(), result):
                library.TF_DeleteTensor(tensor)  # deletes nothing if there is none

    def _import_graph(self, graph: bytes) -> None:
        library = self._library
        buffer, options = library.TF_NewBufferFromString(graph, len(graph)), library.TF_NewImportGraphDefOptions()
        try:
            with _checked(library) as status:
                library.TF_GraphImportGraphDef(self._graph, buffer, options, status)
        finally:
            library.TF_DeleteBuffer(buffer)
            library.TF_DeleteImportGraphDefOptions(options)

    def _start(self) -> int:
        options = self._library.TF_NewSessionOptions()
        try:
            with _checked(self._library) as status:
                return self._library.TF_NewSession(self._graph, options, status)
        finally:
            self._library.TF_DeleteSessionOptions(options)

    def _find(self, name: str) -> int:
        """An operation of the graph; UnusableError if it has none of that name."""
        operation = self._library.TF_GraphOperationByName(self._graph, name.encode())
        if not operation:
            raise UnusableError(f"the graph has no operation {name}")
        return operation

    def _hold(self, name: str, array: np.ndarray) -> tuple[int, int]:
        """A placeholder and a tensor for it, rounded to bfloat16 if that is what it takes."""
        operation = self._find(name)
        if self._library.TF_OperationOutputType(Port(operation, 0)) == BFLOAT16:
            return operation, self._make_tensor(round_to_bfloat16(array), BFLOAT16)
        return operation, self._make_tensor(array)

    def _make_tensor(self, array: np.ndarray, kind: int | None = None) -> int:
        """A tensor with a copy of the array; kind: None: the array's. MemoryError if memory does not suffice."""
        array = np.ascontiguousarray(array)
        shape = (ctypes.c_int64 * array.ndim)(*array.shape)
        tensor = self._library.TF_AllocateTensor(kind or TYPES[array.dtype.name], shape, array.ndim, array.nbytes)
        if not tensor:
            raise MemoryError(f"{array.nbytes} bytes for the network")
        ctypes.memmove(self._library.TF_TensorData(tensor), array.ctypes.data, array.nbytes)
        return tensor

    def _read_tensor(self, tensor: HANDLE) -> np.ndarray:
        """A copy of a tensor of float32."""
        library = self._library
        shape = [library.TF_Dim(tensor, number) for number in range(library.TF_NumDims(tensor))]
        numbers = ctypes.cast(library.TF_TensorData(tensor), ctypes.POINTER(ctypes.c_float))
        return np.ctypeslib.as_array(numbers, shape).copy()


def round_to_bfloat16(array: np.ndarray) -> np.ndarray:
    """Finite float32 -> uint16: the upper half of the bits of each number, rounded to nearest, half to even."""
    bits = np.ascontiguousarray(array).view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)


@contextmanager
def _checked(library: ctypes.CDLL) -> Iterator[int]:
    """A status for one call; MemoryError or RuntimeError if the call has put an error into it."""
    status = library.TF_NewStatus()
    try:
        yield status
        code = library.TF_GetCode(status)
        if code:
            message = library.TF_Message(status).decode("utf-8", "replace")
            raise MemoryError(message) if code == RESOURCE_EXHAUSTED else RuntimeError(message)
    finally:
        library.TF_DeleteStatus(status)


def _free(library: ctypes.CDLL, session: int, graph: int, tensors: list[int]) -> None:
    """Give back what a session had; at the program's end the system does."""
    status = library.TF_NewStatus()
    library.TF_DeleteSession(session, status)
    library.TF_DeleteStatus(status)
    library.TF_DeleteGraph(graph)
    for tensor in tensors:
        library.TF_DeleteTensor(tensor)
