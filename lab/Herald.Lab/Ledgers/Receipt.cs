namespace Herald.Lab.Ledgers;

/// <summary>What one acknowledged delivery was, seen from its receiver.</summary>
public enum Receipt
{
    /// <summary>New, and no later event of its key came before it.</summary>
    First,

    /// <summary>Received before: allowed, delivery is at least once.</summary>
    Duplicate,

    /// <summary>New, but a later event of its key was received before it.</summary>
    OutOfOrder,
}
