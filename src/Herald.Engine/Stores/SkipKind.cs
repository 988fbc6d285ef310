namespace Herald.Engine.Stores;

/// <summary>How a delivery ends that is given up.</summary>
internal enum SkipKind
{
    DeadLetter,
    Forward,
    Expire,
    Discard,
}
