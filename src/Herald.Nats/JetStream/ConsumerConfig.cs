namespace Herald.Nats.JetStream;

/// <summary>A consumer as JetStream writes it down. Durations are nanoseconds.</summary>
public sealed record ConsumerConfig
{
    /// <summary>Of one that lives as long as somebody asks it.</summary>
    public string? Name { get; set; }

    public string? DurableName { get; set; }
    public string AckPolicy { get; set; } = "explicit";
    public string DeliverPolicy { get; set; } = "all";
    public string ReplayPolicy { get; set; } = "instant";

    /// <summary>Where it begins, with the policy <c>by_start_sequence</c>.</summary>
    public long? OptStartSeq { get; set; }

    public long AckWait { get; set; }
    public int MaxAckPending { get; set; }

    public string? FilterSubject { get; set; }

    /// <summary>Several instead of one. Servers before 2.10 do not know it, and deliver everything.</summary>
    public IReadOnlyList<string>? FilterSubjects { get; set; }

    /// <summary>Nobody has asked it for so long: it goes.</summary>
    public long? InactiveThreshold { get; set; }

    /// <summary>How far it is, is kept in memory.</summary>
    public bool? MemStorage { get; set; }

    public int? NumReplicas { get; set; }

    /// <summary>Set on consumers that push, which cannot be asked.</summary>
    public string? DeliverSubject { get; set; }
}
