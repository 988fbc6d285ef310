namespace Herald.Lab.Catchers;

/// <summary>A customer that a handler has, until somebody with a higher epoch has it.</summary>
/// <param name="Window">How long Herald waits for a sign of life.</param>
internal sealed record Registration(Guid Customer, long Epoch, TimeSpan Window);
