namespace Herald.Cli.Scenarios;

/// <summary>What one handler has done, for the judge.</summary>
/// <param name="Delivered">First acknowledgements in all.</param>
/// <param name="DeliveredInHell">Acknowledgements while everything was answered 500, after what had arrived before was answered.</param>
/// <param name="CaughtUpAt">When the last event that occurred before the end of hell was acknowledged, from the beginning of the load; null when one is missing.</param>
internal sealed record HandlerFigures(
    HandlerRole Role, IReadOnlyDictionary<Phase, PhaseFigures> Phases, long Delivered, long DeliveredInHell, long Violations, TimeSpan? CaughtUpAt);
