namespace Herald.Lab.Catchers;

/// <summary>How the catcher misbehaves for one request.</summary>
/// <param name="Mode">The mode at the arrival of the request.</param>
/// <param name="Fails">The request is answered 500; there is no delay then.</param>
/// <param name="Delay">Zero for none.</param>
public readonly record struct Hit(Mode Mode, bool Fails, TimeSpan Delay);
