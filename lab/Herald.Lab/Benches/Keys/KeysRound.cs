namespace Herald.Lab.Benches.Keys;

/// <param name="Ideal">The receiver's working time divided by the number of attempts that order and width allow at a time.</param>
internal sealed record KeysRound(TimeSpan Took, TimeSpan Ideal);
