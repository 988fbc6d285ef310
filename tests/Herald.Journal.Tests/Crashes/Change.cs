using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Journal.Tests.Crashes;

/// <summary>Something that was asked of a journal, and not answered yet: it may have been done, or not.</summary>
/// <param name="Effect">What it makes of a journal in which it was done.</param>
/// <param name="Events">Events with ids that a caller who got no answer sends again.</param>
/// <param name="Behind">What was written before it, and may be lost only together with it.</param>
internal sealed record Change(Action<World> Effect, NewEvent[] Events, Change[] Behind);
