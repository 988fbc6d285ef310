namespace Herald.StoreBench.Tests;

/// <summary>What a store can do wrong with an event.</summary>
public enum Mistake
{
    Lost,
    Swapped,
    Changed,
}
