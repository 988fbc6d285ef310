namespace Herald.Lab.Ledgers;

/// <summary>The kind of one acknowledged delivery, from the view of its receiver.</summary>
public enum Receipt
{
    /// <summary>New, and no later event of its key came before it.</summary>
    First,

    /// <summary>Received before. This is allowed, because delivery is at least once.</summary>
    Duplicate,

    /// <summary>New, but a later event of its key was received before it.</summary>
    OutOfOrder,
}
