namespace Herald.Lab.Catchers;

/// <summary>A customer that a handler holds until another handler gets it with a higher epoch.</summary>
/// <param name="Window">How long Herald waits for a heartbeat.</param>
internal sealed record Registration(Guid Customer, long Epoch, TimeSpan Window);
