namespace Herald.Lab.Catchers;

/// <summary>How a change that arrives relates to the earlier changes of its order.</summary>
public enum OrderReceipt
{
    /// <summary>The first change of its order that arrives here.</summary>
    Begins,

    /// <summary>The next change, for the first time.</summary>
    Next,

    /// <summary>The change arrived before and was not acknowledged: a correct retry.</summary>
    Again,

    /// <summary>The change was already acknowledged.</summary>
    Duplicate,

    /// <summary>Earlier changes are missing, or the change should have come before one that has already arrived.</summary>
    Violation,
}
