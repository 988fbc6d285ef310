using Confluent.Kafka;

namespace Herald.Kafka.Producing;

/// <summary>Counts the delivery reports of one batch. They can come from any thread.</summary>
internal sealed class BatchReports(int expected)
{
    private readonly TaskCompletionSource<SentBatch> _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private int _acknowledged, _failed;
    private string? _problem;

    /// <summary>Completes with the last report.</summary>
    public Task<SentBatch> All => _all.Task;

    public void Take(Error report)
    {
        lock (_lock)
        {
            if (report.IsError)
            {
                _failed++;
                _problem ??= $"{report.Reason} ({report.Code})";
            }
            else
            {
                _acknowledged++;
            }
            if (_acknowledged + _failed == expected)
                _all.SetResult(new(_acknowledged, _problem));
        }
    }
}
