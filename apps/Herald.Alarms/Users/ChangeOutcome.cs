namespace Herald.Alarms.Users;

/// <summary>The outcome of a change.</summary>
internal enum ChangeOutcome
{
    Yes,

    /// <summary>A newer change is known.</summary>
    Older,

    /// <summary>The user already has the maximum of active alarms, and this would be one more.</summary>
    NoRoom,
}
