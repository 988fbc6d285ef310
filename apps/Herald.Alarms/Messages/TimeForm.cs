namespace Herald.Alarms.Messages;

/// <summary>How a time was written, beside its digits and its offset. Part of the record's format.</summary>
[Flags]
internal enum TimeForm : byte
{
    None = 0,

    /// <summary>A small t between date and time.</summary>
    SmallT = 1,

    /// <summary>Z instead of an offset.</summary>
    Zulu = 2,

    /// <summary>And that a small one.</summary>
    SmallZ = 4,

    /// <summary>-00:00: UTC, at a place that is not known.</summary>
    UnknownOffset = 8,
}
