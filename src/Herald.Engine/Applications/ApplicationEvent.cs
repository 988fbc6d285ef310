using Herald.Engine.Events;

namespace Herald.Engine.Applications;

/// <param name="View">Lent for the call.</param>
public readonly record struct ApplicationEvent(long Sequence, EventView View);
