using Herald.Engine.Events;

namespace Herald.Engine.Applications;

/// <param name="View">Valid during the call only.</param>
public readonly record struct ApplicationEvent(long Sequence, EventView View);
