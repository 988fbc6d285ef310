namespace Herald.Engine.Shards;

/// <summary>
/// Where a lane's head stands.
/// <code>
///            ┌────────────── next item ──────────────┐
///            ▼                                       │
///  Empty → Ready → InFlight ── delivered ────────────┤
///            ▲        │ ── failed ──► Blocked ─ due ─┘ (to Ready)
///            │        │ ── used up ─► Settling ─ skip durable ─► next item
///            │        └ ── used up, onExhausted: hold ─► Held ─ an operator ─► Ready or Settling
///            └─ read back
/// </code>
/// </summary>
internal enum LaneState
{
    /// <summary>Nothing in the window; a detached lane waits to be read.</summary>
    Empty,
    Ready,
    InFlight,
    Blocked,
    Held,

    /// <summary>The skip of the head is on its way to the store: nothing behind it moves until it is durable.</summary>
    Settling,
}
