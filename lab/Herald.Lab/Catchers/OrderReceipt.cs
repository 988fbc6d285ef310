namespace Herald.Lab.Catchers;

/// <summary>What the arrival of an order's change means for the order.</summary>
public enum OrderReceipt
{
    /// <summary>The first of its order that arrives here.</summary>
    Begins,

    /// <summary>The next one, for the first time.</summary>
    Next,

    /// <summary>It was here, and was not acknowledged: a retry, as it should be.</summary>
    Again,

    /// <summary>It was acknowledged before.</summary>
    Duplicate,

    /// <summary>Some before it are missing, or it should have come before one that was here.</summary>
    Violation,
}
