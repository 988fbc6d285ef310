namespace Herald.Alarms.Messages;

/// <summary>The form in which a time was written, in addition to its digits and its offset. Part of the record's format.</summary>
[Flags]
internal enum TimeForm : byte
{
    None = 0,

    /// <summary>A lower-case t between date and time.</summary>
    SmallT = 1,

    /// <summary>Z instead of an offset.</summary>
    Zulu = 2,

    /// <summary>The Z is in lower case.</summary>
    SmallZ = 4,

    /// <summary>-00:00: UTC with an unknown local offset.</summary>
    UnknownOffset = 8,
}
