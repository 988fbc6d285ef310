using Microsoft.Extensions.Logging;

namespace Herald.Engine.Tests.Shards;

/// <summary>Records the lines that are logged.</summary>
internal sealed class Lines : ILogger
{
    private readonly Lock _gate = new();
    private readonly List<string> _all = [];
    private readonly List<(string Part, TaskCompletionSource Seen)> _waiting = [];

    /// <summary>Completes once a line contains this text.</summary>
    public Task WhenAsync(string part)
    {
        lock (_gate)
        {
            if (_all.Exists(line => line.Contains(part, StringComparison.Ordinal)))
                return Task.CompletedTask;
            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((part, seen));
            return seen.Task.WaitAsync(Xunit.TestContext.Current.CancellationToken);
        }
    }

    public int Count(string part)
    {
        lock (_gate)
            return _all.Count(line => line.Contains(part, StringComparison.Ordinal));
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = formatter(state, exception);
        lock (_gate)
        {
            _all.Add(line);
            foreach (var (part, seen) in _waiting)
                if (line.Contains(part, StringComparison.Ordinal))
                    seen.TrySetResult();
        }
    }
}
