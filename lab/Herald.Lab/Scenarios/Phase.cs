namespace Herald.Lab.Scenarios;

/// <summary>What the handler from hell is in.</summary>
internal enum Phase
{
    /// <summary>Everything is warmed up; nothing is judged.</summary>
    WarmUp,

    /// <summary>It misbehaves like others.</summary>
    Before,

    /// <summary>It answers everything with 500.</summary>
    Hell,

    /// <summary>It misbehaves like others again, and catches up.</summary>
    After,
}
