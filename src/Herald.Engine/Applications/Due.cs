namespace Herald.Engine.Applications;

/// <summary>
/// A timer of an application: when it is due, in Unix milliseconds, and a number that tells the application what to do then.
/// </summary>
public readonly record struct Due(long AtMs, long Item) : IComparable<Due>
{
    public int CompareTo(Due other) => AtMs != other.AtMs ? AtMs.CompareTo(other.AtMs) : Item.CompareTo(other.Item);

    public static bool operator <(Due left, Due right) => left.CompareTo(right) < 0;

    public static bool operator >(Due left, Due right) => left.CompareTo(right) > 0;

    public static bool operator <=(Due left, Due right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Due left, Due right) => left.CompareTo(right) >= 0;
}
