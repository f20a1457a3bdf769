"""Batches used for more than one step, changed each time: for a GPU that uses samples faster than they can be made."""

from keras import ops

from libs.training.samples import Batch


def exchange_holes(batch: Batch, number: int) -> Batch:
    """The batch for its next use, the `number`-th (1, 2, ...): its pictures with one another's holes, without hints.

    For odd numbers mirrored pictures, for even ones mirrored holes and exchanged colours.
    """
    holes = ops.roll(batch.holes, number, axis=0)
    if number % 2:
        targets = ops.flip(batch.targets, axis=2)
    else:
        targets, holes = ops.roll(batch.targets, 1, axis=-1), ops.flip(holes, axis=1)
    return Batch(ops.where(holes > 0, ops.zeros_like(targets), targets), 255 - holes, targets, holes)


def mirror(batch: Batch, number: int) -> Batch:
    """The batch for its next use, the `number`-th (1, 2, ...), where its holes go with its pictures: all mirrored.

    For odd numbers left to right, for even ones upside down; always with exchanged colours.
    """
    images, masks, targets, holes = (ops.flip(array, axis=1 + number % 2) for array in vars(batch).values())
    return Batch(ops.roll(images, number, axis=-1), masks, ops.roll(targets, number, axis=-1), holes)
