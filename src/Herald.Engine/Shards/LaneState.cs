namespace Herald.Engine.Shards;

/// <summary>The state of a lane, which is that of its head.</summary>
/// <remarks>
/// What changes it:
/// <code>
///  Empty ────── an item arrives or is read back ──► Ready
///  Ready ────── a permit is granted ──────────────► InFlight
///            └─ its ttl has passed ───────────────► Settling
///  InFlight ─── delivered ────────────────────────► (next item)
///            ├─ nothing was sent ─────────────────► Ready
///            ├─ failed, to be tried again ────────► Blocked
///            ├─ exhausted, onExhausted: hold ─────► Held
///            ├─ exhausted otherwise ──────────────► Settling
///            └─ the event is gone or damaged ─────► Settling
///  Blocked ──── due ──────────────────────────────► Ready
///  Held ─────── an operator retries it ───────────► Ready
///            └─ an operator discards it ──────────► Settling
///  Settling ─── the skip is durable ──────────────► (next item)
///  (next item): Ready when the window has another item of the lane, otherwise Empty
/// </code>
/// </remarks>
internal enum LaneState
{
    /// <summary>The lane has nothing in the window. It is detached and waits until its events are read back.</summary>
    Empty,
    Ready,
    InFlight,
    Blocked,
    Held,

    /// <summary>The skip of the head is being saved. Nothing behind it moves until the skip is durable.</summary>
    Settling,
}
