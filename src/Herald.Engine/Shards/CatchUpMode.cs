namespace Herald.Engine.Shards;

/// <summary>How a lane or a subscription gets its deliveries: as they arrive, or by reading them back from the log.</summary>
/// <remarks>
/// What changes it:
/// <code>
///  AtHead ───────── a lane is too long, a subscription finds no room or is paused ──► Stopped
///  any of a lane ── its head fails or is held ──────────────────────────────────────► OutsideWindow
///  OutsideWindow ── the head is settled ────────────────────────────────────────────► Stopped
///  Stopped ──────── there is room, and its subscription runs ───────────────────────► Waiting
///  Waiting ──────── the cursor reaches its place ───────────────────────────────────► Reading
///  Reading ──────── there is no room ───────────────────────────────────────────────► Stopped
///                └─ everything that it owns has been read ──────────────────────────► AtHead
/// </code>
/// </remarks>
internal enum CatchUpMode
{
    /// <summary>It takes arrivals, and has nothing to read back.</summary>
    AtHead,

    /// <summary>
    /// Only a lane: its head has failed or is held. It keeps this one delivery in memory and does not count in the window.
    /// </summary>
    OutsideWindow,

    /// <summary>It has to read, but not now: there is no room, or the subscription is paused.</summary>
    Stopped,

    /// <summary>It waits for the cursor to reach its place.</summary>
    Waiting,

    /// <summary>It takes part in the scan: it has taken everything below the cursor.</summary>
    Reading,
}
