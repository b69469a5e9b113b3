namespace Agent.Executor.Service.Tools;

/// <summary>How far a tool call has come.</summary>
enum CallProgress
{
    /// <summary>Its outcome stands in the journal.</summary>
    Finished,

    /// <summary>A person must answer first; the step is parked.</summary>
    Parked,

    /// <summary>The journal says something new about it: it is to be looked at again.</summary>
    Again,
}
