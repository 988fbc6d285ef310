namespace Herald.Engine.Stores;

/// <summary>How a delivery ends whose end must be saved before its key goes on. Part of the format of the attempt history.</summary>
internal enum SkipKind
{
    DeadLetter,
    Forward,
    Expire,
    Discard,

    /// <summary>It succeeded, and its subscription gets a report. No history has it, because the attempt says the same.</summary>
    Delivered,
}
