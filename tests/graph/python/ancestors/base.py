import abc


class Top(abc.ABC):
    def __init__(self):
        self.start()

    def start(self):
        pass

    def stop(self):
        pass


class Left(Top):
    pass


class Right(Top):
    def stop(self):
        super().stop()


class Both(Left, Right):
    def start(self):
        self.stop()
        self.register()
        super().start()


Both().stop()
raise Both
