namespace Herald.Lab.Catchers;

/// <summary>How the catcher answers one request, well or badly.</summary>
/// <param name="Mode">The mode at the arrival of the request.</param>
/// <param name="Fails">Answered with 500, at once.</param>
/// <param name="Delay">Zero for none.</param>
public readonly record struct PlannedAnswer(Mode Mode, bool Fails, TimeSpan Delay);
