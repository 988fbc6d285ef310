namespace Herald.Nats.JetStream;

public sealed record ApiError
{
    public int Code { get; set; }
    public int ErrCode { get; set; }
    public string Description { get; set; } = "";
}
