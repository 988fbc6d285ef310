namespace Herald.Lab.Scenarios;

/// <summary>The phases of the handler that goes to hell.</summary>
internal enum Phase
{
    /// <summary>Everything warms up, and nothing is judged.</summary>
    WarmUp,

    /// <summary>The handler misbehaves like the others.</summary>
    Before,

    /// <summary>The handler answers everything with 500.</summary>
    Hell,

    /// <summary>The handler misbehaves like the others again, and catches up.</summary>
    After,
}
