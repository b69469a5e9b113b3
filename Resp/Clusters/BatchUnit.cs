namespace Agent.Resp.Clusters;

/// <summary>What of a batch must not be torn apart: one command, or MULTI … EXEC.</summary>
/// <param name="Slot">Null when it names no key.</param>
readonly record struct BatchUnit(int From, int End, int? Slot)
{
    public bool IsTransaction => End - From > 1;

    public static BatchUnit At(ReadOnlySpan<RespCommand> commands, int from)
    {
        var end = from + 1;
        var slot = HashSlot.Of(commands[from]);
        if (commands[from].Name == "MULTI")
        {
            while (end < commands.Length && commands[end - 1].Name != "EXEC")
            {
                slot ??= HashSlot.Of(commands[end]);
                end++;
            }
        }

        return new BatchUnit(from, end, slot);
    }
}
