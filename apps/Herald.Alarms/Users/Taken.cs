namespace Herald.Alarms.Users;

/// <summary>What became of a change.</summary>
internal enum Taken
{
    Yes,

    /// <summary>Something newer is known.</summary>
    Older,

    /// <summary>The user has as many active alarms as a user may have, and this would be one more.</summary>
    NoRoom,
}
