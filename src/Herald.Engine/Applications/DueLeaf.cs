namespace Herald.Engine.Applications;

/// <summary>What the root of a <see cref="DueList"/> knows of a leaf: its number, its first timer and how many timers it has.</summary>
internal readonly record struct DueLeaf(long Number, Due First, int Count);
