using Herald.Engine.Events;

namespace Herald.Journal.Tests.Crashes;

/// <summary>A request to the journal that has not been answered: it may have been carried out, or not.</summary>
/// <param name="Effect">Changes a world as the request changes the journal.</param>
/// <param name="Events">Events with ids, which a caller without an answer sends again.</param>
/// <param name="Behind">Earlier writes. They can only be lost together with this one.</param>
internal sealed record Change(Action<World> Effect, NewEvent[] Events, Change[] Behind);
